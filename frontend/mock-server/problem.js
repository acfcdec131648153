/** A refusal, as the platform words it. */
export class Problem extends Error {
  constructor(status, slug, more = {}) {
    super(slug);
    this.status = status;
    this.body = { type: `/problems/${slug}`, title: slug, status, ...more };
  }
}
