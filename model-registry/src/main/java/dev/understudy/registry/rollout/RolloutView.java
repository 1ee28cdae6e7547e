package dev.understudy.registry.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.contracts.v1.CalibratedTest;
import dev.understudy.contracts.v1.Calibration;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Segment;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.registry.audit.AuditEntry;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.wire.MessageJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A rollout as it leaves the service.
 *
 * @param candidate that was chosen, or the first that is still in it
 * @param unitKey of the split; absent where each request is a unit
 * @param attempt 2 where the same artefact was tested against the model once before
 * @param calibration of the current version before the tests; absent where nothing was to measure
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RolloutView(
    String id,
    String project,
    String model,
    RolloutState state,
    String current,
    String candidate,
    List<CandidateView> candidates,
    int attempt,
    @Nullable String reason,
    Instant createdAt,
    Instant changedAt,
    List<SegmentView> segments,
    double holdOut,
    @Nullable String unitKey,
    @Nullable CalibrationView calibration,
    List<TestView> tests,
    @Nullable List<AuditEntry> history) {
  /**
   * One of its candidates.
   *
   * @param reason why it stands so
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record CandidateView(
      String version, Contender.Standing standing, int attempt, @Nullable String reason) {
    static CandidateView of(Rollout rollout, Contender one) {
      return new CandidateView(
          one.name(), one.standing(), rollout.attempt(one.name()), one.reason());
    }
  }

  /**
   * What the current version's own records say.
   *
   * @param words for people: the figures and the expected time of each test, or what is waited for
   * @param measured the figures; absent until they are there
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record CalibrationView(List<String> words, @Nullable Map<String, Object> measured) {
    static @Nullable CalibrationView of(List<RolloutTestEntity> tests) {
      for (RolloutTestEntity row : tests) {
        if (row.stage == Stage.CALIBRATION) {
          return row.evaluation()
              .filter(RolloutEvaluated::hasCalibration)
              .map(said -> measured(said.getCalibration()))
              .orElseGet(() -> waiting(row.planned().definition()));
        }
      }
      return null;
    }

    private static CalibrationView measured(Calibration said) {
      List<String> words = new ArrayList<>();
      for (CalibratedTest test : said.getTestsList()) {
        test.getWordsList().forEach(word -> words.add(test.getTestId() + ": " + word));
      }
      return new CalibrationView(words, MessageJson.of(said));
    }

    private static CalibrationView waiting(TestDefinition calibration) {
      String word =
          "version %s is measured before the tests: %d requests with a known outcome for each of them,"
              + " over %s at least and %s at most";
      return new CalibrationView(
          List.of(
              word.formatted(
                  calibration.getCurrent(),
                  calibration.getCalibration().getMinimumUnits(),
                  Duration.ofMillis(calibration.getCalibration().getMinimumDurationMs()),
                  Duration.ofMillis(calibration.getPolicy().getMaximumDurationMs()))),
          null);
    }
  }

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
   * @param candidate whose test it is; of a calibration, that of the strictest test
   * @param share that the candidate has in it, or the sampled fraction
   * @param widensFrom the earliest moment at which the next share is taken without a person; absent
   *     where none is to come
   * @param latest the last evaluation that was accepted
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record TestView(
      String testId,
      Stage stage,
      String candidate,
      @Nullable Instant begunAt,
      int epoch,
      double share,
      @Nullable Instant widensFrom,
      String definitionSha256,
      Map<String, Object> definition,
      @Nullable Map<String, Object> latest) {
    static TestView of(Rollout rollout, RolloutTestEntity row) {
      PlannedTest test = row.planned();
      Epoch live = rollout.epoch(test);
      boolean widens = rollout.isLive(test);
      return new TestView(
          row.testId,
          row.stage,
          test.candidate(),
          row.begunAt,
          live.getNumber(),
          live.getShare(),
          widens && test.after(live).isPresent() ? rollout.ramp().notBefore() : null,
          row.definitionSha256,
          MessageJson.of(test.definition()),
          row.evaluation().map(MessageJson::of).orElse(null));
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
        rollout.contenders().stream().map(one -> CandidateView.of(rollout, one)).toList(),
        rollout.attempt(rollout.candidate().getVersion()),
        row.reason,
        row.createdAt,
        row.changedAt,
        rollout.eligibility().getSegmentsList().stream().map(SegmentView::of).toList(),
        rollout.eligibility().getHoldOut(),
        rollout.eligibility().getUnitKey().isEmpty() ? null : rollout.eligibility().getUnitKey(),
        CalibrationView.of(tests),
        tests.stream().map(test -> TestView.of(rollout, test)).toList(),
        history);
  }
}
