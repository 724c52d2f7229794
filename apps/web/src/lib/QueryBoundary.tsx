"use client";

import { ErrorState } from "@patchbay/ui";
import { Component, type ReactNode } from "react";
import { messageOf } from "./errors.ts";

interface QueryBoundaryProps {
  /** `"The runs could not be loaded"`. */
  title: string;
  children: ReactNode;
}

/** Live queries throw while rendering when they fail; this shows why, and tries again on request. */
export class QueryBoundary extends Component<QueryBoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <ErrorState
        title={this.props.title}
        message={messageOf(this.state.error)}
        onRetry={() => this.setState({ error: null })}
      />
    );
  }
}
