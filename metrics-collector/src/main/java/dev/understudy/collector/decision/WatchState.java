package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.WatchRule;
import dev.understudy.collector.statistics.RestartSums;
import dev.understudy.contracts.v1.WatchEvidence;
import dev.understudy.contracts.v1.WatchLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a watch after a promotion stands: the evidence of every line for a harm that began with any
 * slot so far. Of a watch by unit there are no lines: its evidence is that of a test by unit, whose
 * units and estimate are no sums of bets that could begin anew.
 *
 * @param slot the open one, from 0; {@code rule.slots()} once all are over
 * @param logE per line of {@link WatchLines}, in nats
 */
record WatchState(
    WatchRule rule,
    boolean byUnit,
    int slot,
    List<WatchLines.Line> lines,
    List<RestartSums> sums,
    double[] logE) {

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  static WatchState of(TestPlan plan, WatchRule rule, Tally tally, Stand stand, Memory memory) {
    List<WatchLines.Line> lines = plan.byUnit() ? List.of() : WatchLines.of(plan, tally);
    List<RestartSums> sums = new ArrayList<>();
    double[] logE = new double[lines.size()];
    for (int i = 0; i < logE.length; i++) {
      sums.add(memory.restarts().isEmpty() ? RestartSums.NONE : memory.restarts().get(i));
      logE[i] = sums.get(i).logE(rule.slots(), lines.get(i).wealth());
    }
    int slot = Math.min(rule.slots(), Memory.slot(plan, rule, stand));
    return new WatchState(rule, plan.byUnit(), slot, lines, sums, logE);
  }

  /** Whether what was appended in the last slot is mature. */
  boolean over() {
    return slot >= rule.slots();
  }

  /** The primary with the evidence of the watch against it; none where the guards alone act. */
  PrimaryEvidence primary(PrimaryEvidence primary) {
    if (rule.guardsOnly()) {
      return primary.withWorse(AsymptoticEvidence.NONE);
    }
    return byUnit ? primary : primary.withWorse(logE[0]);
  }

  /** The guards likewise; harm needs both margins crossed. */
  List<HarmEvidence> guards(List<HarmEvidence> guards) {
    if (byUnit) {
      return guards;
    }
    List<HarmEvidence> watched = new ArrayList<>();
    int next = rule.guardsOnly() ? 0 : 1;
    for (HarmEvidence guard : guards) {
      watched.add(guard.withHarm(Math.min(logE[next], logE[next + 1])));
      next += 2;
    }
    return watched;
  }

  /** How many may roll back. */
  int triggers(int guards) {
    return Math.max(1, guards + (rule.guardsOnly() ? 0 : 1));
  }

  WatchEvidence evidence() {
    WatchEvidence.Builder evidence =
        WatchEvidence.newBuilder().setSlot(slot).setSlots(rule.slots());
    for (int i = 0; i < logE.length; i++) {
      WatchLine.Builder line =
          WatchLine.newBuilder().setName(lines.get(i).name()).setValue(logE[i]);
      if (!sums.get(i).equals(RestartSums.NONE)) {
        line.addAllRestarts(Arrays.stream(sums.get(i).logs()).boxed().toList());
      }
      evidence.addLines(line);
    }
    return evidence.build();
  }
}
