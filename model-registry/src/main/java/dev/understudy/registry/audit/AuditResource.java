package dev.understudy.registry.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.contracts.Digest;
import dev.understudy.registry.chain.ChainReport;
import dev.understudy.registry.chain.Checkpoint;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Page;
import dev.understudy.registry.problem.Refused;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The trail, for people to read, and the proof that it is what it was. */
@Path("/v1/audit")
@Produces(MediaType.APPLICATION_JSON)
class AuditResource {
  private static final String NDJSON = "application/x-ndjson";

  private final AuditTrail trail;
  private final AuditProof proof;

  AuditResource(AuditTrail trail, AuditProof proof) {
    this.trail = trail;
    this.proof = proof;
  }

  /** A checkpoint as JSON; {@code line} is what the file holds and the offline check reads. */
  public record CheckpointView(
      String project,
      long size,
      String root,
      Instant at,
      String key,
      String signature,
      String line) {
    static CheckpointView of(Checkpoint checkpoint) {
      return new CheckpointView(
          checkpoint.project(),
          checkpoint.size(),
          Digest.hex(checkpoint.root()),
          checkpoint.at(),
          checkpoint.key(),
          Base64.getEncoder().encodeToString(checkpoint.signature()),
          checkpoint.line());
    }
  }

  /** What a check found. */
  public record Verification(
      String project,
      boolean valid,
      long checked,
      @Nullable Long firstBrokenSeq,
      @Nullable String reason,
      @Nullable CheckpointView lastCheckpoint) {
    static Verification of(ChainReport report) {
      Checkpoint last = report.lastCheckpoint();
      return new Verification(
          report.project(),
          report.valid(),
          report.checked(),
          report.firstBrokenSeq(),
          report.reason(),
          last == null ? null : CheckpointView.of(last));
    }
  }

  @GET
  public Page<AuditEntry> page(
      @QueryParam("project") @Nullable String project,
      @QueryParam("model") @Nullable String model,
      @QueryParam("after") @DefaultValue("0") long after,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    return new Page<>(trail.page(project, model, after, Page.limit(limit)));
  }

  @GET
  @Path("verify")
  public Verification verify(
      @QueryParam("project") @Nullable String project,
      @QueryParam("from") @Nullable String from,
      @QueryParam("to") @Nullable String to) {
    String name = Checks.name("project", project);
    long first = from == null ? 1 : number("from", from, 1);
    Long last = to == null ? null : (Long) number("to", to, first);
    return Verification.of(proof.verify(name, first, last, () -> true).orElseThrow());
  }

  @GET
  @Path("export")
  @Produces(NDJSON)
  public StreamingOutput export(@QueryParam("project") @Nullable String project) {
    String name = Checks.name("project", project);
    proof.require(name);
    return out -> lines(out, sink -> proof.export(name, sink));
  }

  @GET
  @Path("checkpoints")
  public Page<CheckpointView> checkpoints(
      @QueryParam("project") @Nullable String project,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    String name = Checks.name("project", project);
    long size = after == null ? 0 : number("after", after, 0);
    int most = limit == null ? 100 : Page.limit((int) number("limit", limit, 1, Page.MOST));
    return new Page<>(
        proof.checkpoints(name, size, most).stream().map(CheckpointView::of).toList());
  }

  @GET
  @Path("checkpoints")
  @Produces(NDJSON + ";qs=0.5")
  public StreamingOutput checkpointLines(@QueryParam("project") @Nullable String project) {
    String name = Checks.name("project", project);
    return out -> lines(out, sink -> proof.checkpointLines(name, sink));
  }

  private interface Lines {
    void to(AuditProof.LineSink sink) throws IOException;
  }

  private static void lines(OutputStream out, Lines lines) throws IOException {
    OutputStream buffered = new BufferedOutputStream(out, 1 << 16);
    lines.to(
        line -> {
          buffered.write(line.getBytes(UTF_8));
          buffered.write('\n');
        });
    buffered.flush();
  }

  private static long number(String field, String value, long least) {
    return number(field, value, least, Long.MAX_VALUE - 1);
  }

  private static long number(String field, String value, long least, long most) {
    try {
      return Checks.between(field, Long.parseLong(value), least, most);
    } catch (NumberFormatException e) {
      throw Refused.field(field, "'%s' is not a whole number".formatted(field));
    }
  }
}
