// Draws at most one chart per frame, and only charts in sight, so that no task on the page's thread gets long.

export class FramePainter {
  constructor(views) {
    this.views = views;
    this.dirty = new Set(views);
    this.visible = new Set();
    this.scheduled = false;
    const onSight = (entries) => {
      for (const { target, isIntersecting } of entries) {
        const view = this.views.find((candidate) => candidate.element === target);
        if (isIntersecting) this.visible.add(view);
        else this.visible.delete(view);
      }
      this.schedule();
    };
    // Early enough that charts are drawn before they are scrolled into sight.
    this.observer = new IntersectionObserver(onSight, { rootMargin: "1200px" });
    this.sizes = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        this.views.find((candidate) => candidate.element === target).resized = true;
        this.invalidateView(target);
      }
    });
    for (const view of views) {
      this.observer.observe(view.element);
      this.sizes.observe(view.element);
    }
  }

  /** Marks the charts that show `what` (all, when left out). */
  invalidate(what) {
    for (const view of this.views) if (what === undefined || view.shows === what) this.dirty.add(view);
    this.schedule();
  }

  invalidateView(element) {
    this.dirty.add(this.views.find((view) => view.element === element));
    this.schedule();
  }

  /** Makes all charts again, for changed colours or texts. */
  restyle() {
    for (const view of this.views) view.discard();
    this.invalidate();
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      const view = [...this.dirty].find((candidate) => this.visible.has(candidate));
      if (view === undefined) return;
      this.dirty.delete(view);
      view.draw();
      this.schedule();
    });
  }
}
