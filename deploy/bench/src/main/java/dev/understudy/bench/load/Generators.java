package dev.understudy.bench.load;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Who makes which load: a program made for it where one is installed, else our own client. A case
 * and its echo always have the same.
 */
public final class Generators implements AutoCloseable {
  private final Optional<? extends ClosedLoop> http;
  private final Optional<? extends ClosedLoop> http2;
  private final OwnClient own;

  private Generators(
      Optional<? extends ClosedLoop> http, Optional<? extends ClosedLoop> http2, OwnClient own) {
    this.http = http;
    this.http2 = http2;
    this.own = own;
  }

  /**
   * Those of this machine.
   *
   * @param concurrency of closed loops
   * @param directory where they may write
   * @param installed whether installed programs may be used
   */
  public static Generators find(int concurrency, Path directory, boolean installed) {
    return new Generators(
        installed ? Wrk.find(concurrency, directory) : Optional.empty(),
        installed ? H2Load.find(concurrency, directory) : Optional.empty(),
        new OwnClient(concurrency));
  }

  /** Who loads this target as fast as it goes. */
  public ClosedLoop closedLoop(Target target) {
    return closedLoop(target.wire());
  }

  /** Likewise, by how requests travel. */
  public ClosedLoop closedLoop(Target.Wire wire) {
    Optional<? extends ClosedLoop> installed = wire == Target.Wire.HTTP ? http : http2;
    return installed.isPresent() ? installed.get() : own;
  }

  /** Our own client, which also loads at a constant rate. */
  public OwnClient own() {
    return own;
  }

  /** What could be had by installing it; empty: all is there. */
  public Optional<String> advice() {
    if (http.isPresent() && http2.isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        "Our own client stands in for what is not installed, and takes more of the machine: "
            + (http.isEmpty() ? "wrk (%s) ".formatted(Wrk.INSTALL) : "")
            + (http2.isEmpty() ? "h2load (%s)".formatted(H2Load.INSTALL) : ""));
  }

  @Override
  public void close() {
    own.close();
  }
}
