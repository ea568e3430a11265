/** A bug of ours inside a model: the campaign records it with seed and profile and goes on. */
export class ModelDefect extends Error {
  override readonly name = 'ModelDefect';
}
