package dev.understudy.collector.matching;

import dev.understudy.contracts.v1.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** {@link MatchCounts} that can be read. */
final class Counted implements MatchCounts {
  final Map<OutcomeStatus, Integer> outcomes = new EnumMap<>(OutcomeStatus.class);
  final Map<PredictionStatus, Integer> predictions = new EnumMap<>(PredictionStatus.class);
  final Map<ShadowStatus, Integer> shadows = new EnumMap<>(ShadowStatus.class);
  final List<Long> lags = new ArrayList<>();
  int queueFull;
  int accepted;
  int refused;

  @Override
  public void outcome(OutcomeStatus status) {
    outcomes.merge(status, 1, Integer::sum);
  }

  @Override
  public void prediction(PredictionStatus status) {
    predictions.merge(status, 1, Integer::sum);
  }

  @Override
  public void shadow(ShadowStatus status) {
    shadows.merge(status, 1, Integer::sum);
  }

  @Override
  public void evaluation(Verdict verdict) {}

  @Override
  public void definition(boolean isAccepted) {
    accepted += isAccepted ? 1 : 0;
    refused += isAccepted ? 0 : 1;
  }

  @Override
  public void labelLag(long millis) {
    lags.add(millis);
  }

  @Override
  public void labelQueueFull() {
    queueFull++;
  }

  @Override
  public void passed(int partition, long secondMs) {}
}
