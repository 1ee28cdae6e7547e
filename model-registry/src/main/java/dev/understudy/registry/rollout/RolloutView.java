package dev.understudy.registry.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Segment;
import dev.understudy.registry.audit.AuditEntry;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.wire.MessageJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A rollout as it leaves the service. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RolloutView(
    String id,
    String project,
    String model,
    RolloutState state,
    String current,
    String candidate,
    @Nullable String reason,
    Instant createdAt,
    Instant changedAt,
    List<SegmentView> segments,
    double holdOut,
    List<TestView> tests,
    @Nullable List<AuditEntry> history) {
  /**
   * Requests that the tests are not for.
   *
   * @param version who answers; absent: the current version
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record SegmentView(String name, String source, List<String> values, @Nullable String version) {
    static SegmentView of(Segment segment) {
      return new SegmentView(
          segment.getName(),
          segment.getSource(),
          segment.getValuesList(),
          segment.hasVersion() ? segment.getVersion().getVersion() : null);
    }
  }

  /**
   * One of its tests.
   *
   * @param epoch the live one's number
   * @param latest the last evaluation that was accepted
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record TestView(
      String testId,
      Stage stage,
      @Nullable Instant begunAt,
      int epoch,
      String definitionSha256,
      Map<String, Object> definition,
      @Nullable Map<String, Object> latest) {
    static TestView of(RolloutTestEntity row) {
      PlannedTest test = row.planned();
      return new TestView(
          row.testId,
          row.stage,
          row.begunAt,
          test.epoch().getNumber(),
          row.definitionSha256,
          MessageJson.of(test.definition()),
          row.latest == null ? null : evaluation(row.latest));
    }

    private static Map<String, Object> evaluation(byte[] bytes) {
      try {
        return MessageJson.of(RolloutEvaluated.parseFrom(bytes));
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("a kept evaluation is not readable", e);
      }
    }
  }

  static RolloutView of(
      CatalogModel model,
      RolloutEntity row,
      List<RolloutTestEntity> tests,
      @Nullable List<AuditEntry> history) {
    Rollout rollout = row.rollout(tests);
    return new RolloutView(
        row.id,
        model.project(),
        model.name(),
        row.state,
        rollout.current().getVersion(),
        rollout.candidate().getVersion(),
        row.reason,
        row.createdAt,
        row.changedAt,
        rollout.eligibility().getSegmentsList().stream().map(SegmentView::of).toList(),
        rollout.eligibility().getHoldOut(),
        tests.stream().map(TestView::of).toList(),
        history);
  }
}
