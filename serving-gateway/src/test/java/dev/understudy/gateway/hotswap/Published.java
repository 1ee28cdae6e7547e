package dev.understudy.gateway.hotswap;

import dev.understudy.contracts.Digest;
import dev.understudy.contracts.v1.CandidateShare;
import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.contracts.v1.OutputColumn;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.VersionRef;

/** Routes as the registry would publish them, for models that take x and answer p. */
public final class Published {
  private Published() {}

  /** A record without any route. */
  public static RoutePublished.Builder model(String project, String model) {
    return RoutePublished.newBuilder()
        .setProject(project)
        .setModel(model)
        .addInputs(InputColumn.newBuilder().setName("x").setDatatype("FP32").addShape(-1))
        .addOutputs(OutputColumn.newBuilder().setName("p").setDatatype("FP32").addShape(-1));
  }

  public static Route single(long revision, VersionRef current) {
    return Route.newBuilder()
        .setRevision(revision)
        .setMode(RouteMode.SINGLE)
        .setCurrent(current)
        .build();
  }

  public static Route shadow(long revision, VersionRef current, VersionRef candidate) {
    return test(revision, RouteMode.SHADOW, current, candidate, 1)
        .setShadowDeadlineMs(2_000)
        .build();
  }

  public static Route split(long revision, VersionRef current, VersionRef candidate, double share) {
    return test(revision, RouteMode.SPLIT, current, candidate, share).build();
  }

  private static Route.Builder test(
      long revision, RouteMode mode, VersionRef current, VersionRef candidate, double share) {
    return Route.newBuilder()
        .setRevision(revision)
        .setMode(mode)
        .setCurrent(current)
        .addCandidates(CandidateShare.newBuilder().setVersion(candidate).setShare(share))
        .setRolloutId("r1")
        .setTestId("r1-test")
        .setEpoch(0)
        .setSalt("salt");
  }

  public static VersionRef version(String name, byte[] content) {
    return VersionRef.newBuilder()
        .setVersion(name)
        .setSha256(Digest.of(content))
        .setBytes(content.length)
        .setFormat("onnx")
        .build();
  }
}
