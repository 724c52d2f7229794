import { compileFilter, type CompiledFilter } from "../filter/filter.ts";
import { compileConfig, type CompiledConfig } from "../mapping/config.ts";
import type { Filter, JsonValue } from "./schema.ts";

/**
 * Compiled configs and filters by identity: definitions are immutable data, and the editor validates after every key
 * stroke with all nodes but one unchanged.
 */
const compiledConfigs = new WeakMap<object, { literals: string; compiled: CompiledConfig }>();
const compiledFilters = new WeakMap<Filter, CompiledFilter>();

export function compileConfigOnce(config: Record<string, JsonValue>, literalFields: readonly string[]): CompiledConfig {
  const literals = literalFields.join("\n");
  const known = compiledConfigs.get(config);
  if (known?.literals === literals) return known.compiled;
  const compiled = compileConfig(config, { literalFields });
  compiledConfigs.set(config, { literals, compiled });
  return compiled;
}

export function compileFilterOnce(filter: Filter): CompiledFilter {
  let compiled = compiledFilters.get(filter);
  if (!compiled) {
    compiled = compileFilter(filter);
    compiledFilters.set(filter, compiled);
  }
  return compiled;
}
