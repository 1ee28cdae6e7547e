package dev.understudy.registry.evaluation;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Names;
import dev.understudy.contracts.Signature;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.registry.audit.AuditTrail;
import dev.understudy.registry.config.RegistryConfig;
import dev.understudy.registry.rollout.Judged;
import dev.understudy.registry.rollout.RolloutControl;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes one record of *evaluations*: the signature first, then everything that {@link
 * RolloutControl} asks of it, then it acts and is kept, in one transaction. Whatever is refused
 * leaves a count and, the first time for its rollout, an audit row.
 */
@ApplicationScoped
class EvaluationDesk {
  static final String MALFORMED = "malformed";
  static final String BAD_SIGNATURE = "bad_signature";
  static final String ACCEPTED = label(Judged.ACCEPTED);

  private static final String REGISTRY = "registry";
  private static final int BEFORE_ANYTHING_RUNS = 1;

  private final RolloutControl control;
  private final Evaluations evaluations;
  private final AuditTrail audit;
  private final Signature key;
  private final Clock clock;

  EvaluationDesk(
      RolloutControl control,
      Evaluations evaluations,
      AuditTrail audit,
      RegistryConfig config,
      Clock clock) {
    this.control = control;
    this.evaluations = evaluations;
    this.audit = audit;
    this.key = key(config);
    this.clock = clock;
  }

  /** Makes the desk, so that a key that is too short stops the start and not the first verdict. */
  void check(@Observes @Priority(BEFORE_ANYTHING_RUNS) StartupEvent event) {}

  private static Signature key(RegistryConfig config) {
    try {
      return new Signature(config.evaluationKey());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("understudy.evaluation-key: " + e.getMessage(), e);
    }
  }

  /**
   * Takes a record, and says what became of it: a label for the metric.
   *
   * @param signature the header, null where it is absent
   */
  @Transactional
  String take(byte[] value, byte @Nullable [] signature) {
    RolloutEvaluated said;
    try {
      said = RolloutEvaluated.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      return MALFORMED;
    }
    // Before anybody vouches for them, ids only become part of a query when they look like ids.
    if (!Names.allowed(said.getRolloutId()) || !Names.allowed(said.getTestId())) {
      return MALFORMED;
    }
    if (signature == null || !key.matches(value, signature)) {
      refuse(said, BAD_SIGNATURE);
      return BAD_SIGNATURE;
    }
    Judged judged = control.judged(said);
    switch (judged) {
      case ACCEPTED -> keep(said, value, signature);
      // Kafka delivers at least once, so this is no news to anybody.
      case SEEN_BEFORE -> {}
      case UNKNOWN_ROLLOUT,
          WRONG_TEST,
          WRONG_EPOCH,
          WRONG_DEFINITION,
          NOT_LIVE,
          BAD_CALIBRATION,
          UNSUPPORTED ->
          refuse(said, label(judged));
    }
    return label(judged);
  }

  private void keep(RolloutEvaluated said, byte[] value, byte[] signature) {
    EvaluationEntity row = new EvaluationEntity();
    row.rolloutId = said.getRolloutId();
    row.testId = said.getTestId();
    row.number = said.getNumber();
    row.verdict = said.getVerdict().name();
    row.logTime = Instant.ofEpochMilli(said.getLogTimeMs());
    row.receivedAt = clock.instant();
    row.signed = value;
    row.signature = signature;
    evaluations.persist(row);
  }

  private void refuse(RolloutEvaluated said, String result) {
    control
        .subject(said.getRolloutId())
        .ifPresent(
            subject -> {
              if (evaluations.countRefusal(said.getRolloutId(), result, clock.instant())) {
                audit.record(
                    subject.project(),
                    subject.model(),
                    REGISTRY,
                    "evaluation.refused",
                    "rollout/" + said.getRolloutId(),
                    Map.of(
                        "result", result,
                        "verdict", said.getVerdict(),
                        "number", said.getNumber()));
              }
            });
  }

  private static String label(Judged judged) {
    return judged.name().toLowerCase(Locale.ROOT);
  }
}
