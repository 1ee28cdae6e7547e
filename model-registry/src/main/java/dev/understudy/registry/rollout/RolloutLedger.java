package dev.understudy.registry.rollout;

import dev.understudy.contracts.Topic;
import dev.understudy.registry.audit.AuditTrail;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.outbox.Outbox;
import dev.understudy.registry.rollout.RolloutControl.Moved;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what was decided: the new state, the announcements in their order, and the audit row, in
 * the caller's transaction, which holds the lock of the model's route. Thread-safe.
 */
@ApplicationScoped
class RolloutLedger {
  private final RolloutTests tests;
  private final AuditTrail audit;
  private final Outbox outbox;
  private final RouteRecords records;
  private final ServingHistory history;
  private final Event<Moved> moved;
  private final Clock clock;

  RolloutLedger(
      RolloutTests tests,
      AuditTrail audit,
      Outbox outbox,
      RouteRecords records,
      ServingHistory history,
      Event<Moved> moved,
      Clock clock) {
    this.tests = tests;
    this.audit = audit;
    this.outbox = outbox;
    this.records = records;
    this.history = history;
    this.moved = moved;
    this.clock = clock;
  }

  /** Writes one step, if it changes anything. */
  void write(
      CatalogModel model,
      RouteEntity routeRow,
      @Nullable RolloutEntity rolloutRow,
      Step step,
      String actor) {
    if (step.changesNothing()) {
      return;
    }
    Map<String, Object> detail = new LinkedHashMap<>();
    detail.put("revision", step.route().revision());
    if (step.reason() != null) {
      detail.put("reason", step.reason());
    }
    routeRow.take(step.route());
    if (rolloutRow != null && step.rollout() != null) {
      detail.put("from", rolloutRow.state);
      detail.put("to", step.rollout().state());
      if (rolloutRow.epoch != step.rollout().ramp().epoch()) {
        detail.put("epoch", step.rollout().ramp().epoch());
      }
      rolloutRow.take(step.rollout(), clock.instant());
      tests.keep(step.rollout());
    }
    history.follow(model.id(), step.route(), rolloutRow == null ? null : rolloutRow.id);
    List<Map<String, String>> begun = new ArrayList<>();
    for (Step.Announcement announcement : step.announcements()) {
      switch (announcement) {
        case Step.Announcement.TestBegins(PlannedTest test) -> {
          tests.findById(test.id()).begunAt = clock.instant();
          outbox.append(Topic.TESTS, test.id(), test.announcement());
          begun.add(Map.of("test", test.id(), "definition_sha256", test.sha256()));
        }
        case Step.Announcement.RouteChanges() -> records.announce(model.id(), step.route());
      }
    }
    if (begun.size() == 1) {
      detail.putAll(begun.getFirst());
    } else if (!begun.isEmpty()) {
      detail.put("tests", begun);
    }
    String entity = rolloutRow == null ? "route/" + model.name() : "rollout/" + rolloutRow.id;
    audit.record(model.project(), model.name(), actor, step.action(), entity, detail);
    moved.fire(new Moved(step.action()));
  }
}
