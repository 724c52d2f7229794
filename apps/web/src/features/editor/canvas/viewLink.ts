/** Where a canvas's view stands: React Flow's viewport. */
export interface View {
  x: number;
  y: number;
  zoom: number;
}

/** Several canvases that are moved as one. */
export interface ViewLink {
  /** Takes part; the returned function leaves. */
  join: (follow: (view: View) => void) => () => void;
  /** Says that the canvas that follows with `follow` was moved. */
  tell: (follow: (view: View) => void, view: View) => void;
  setLinked: (isLinked: boolean) => void;
}

/** A link that moves everyone but the one who was moved, as long as it is on. */
export function createViewLink(): ViewLink {
  const followers = new Set<(view: View) => void>();
  let isLinked = true;
  // Following moves a view, too; what that one tells must not come back.
  let isPassingOn = false;
  return {
    join: (follow) => {
      followers.add(follow);
      return () => void followers.delete(follow);
    },
    tell: (follow, view) => {
      if (!isLinked || isPassingOn) return;
      isPassingOn = true;
      try {
        for (const each of followers) if (each !== follow) each(view);
      } finally {
        isPassingOn = false;
      }
    },
    setLinked: (next) => {
      isLinked = next;
    },
  };
}
