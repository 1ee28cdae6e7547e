package dev.understudy.collector.oracle;

/** A case that cannot be computed; the message names the field. */
final class BadCase extends RuntimeException {
  private static final long serialVersionUID = 1;

  BadCase(String field, String problem) {
    super(field + ": " + problem);
  }
}
