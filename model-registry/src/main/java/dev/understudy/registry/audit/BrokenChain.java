package dev.understudy.registry.audit;

/** A log, or what vouches for it, is not what it was. */
final class BrokenChain extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokenChain(String project, String reason) {
    super("audit log of project %s: %s".formatted(project, reason));
  }
}
