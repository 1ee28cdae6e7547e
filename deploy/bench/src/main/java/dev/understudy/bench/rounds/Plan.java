package dev.understudy.bench.rounds;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.bench.load.OwnClient;
import dev.understudy.bench.models.BenchModel;
import java.time.Duration;

/**
 * How long and how often.
 *
 * @param connections of the closed loop
 * @param measure of each load that counts
 * @param warmUp of each path, before anything counts
 */
public record Plan(int rounds, Duration measure, Duration warmUp, int connections) {
  /** The rate of the open loop, of what the case can bear. */
  static final double OPEN_LOOP_SHARE = 0.25;

  private static final Duration SLICE = Duration.ofSeconds(1);

  public Plan {
    if (rounds < 1 || connections < 1 || measure.toMillis() < 1000 || warmUp.toMillis() < 1000) {
      throw new IllegalArgumentException(
          "--rounds, --seconds, --warmup and --connections are at least 1");
    }
  }

  /** How often each of those that are compared has its turn in the open loop of a round. */
  int slices() {
    return Math.toIntExact(Math.max(1, measure.dividedBy(SLICE)));
  }

  /** How long such a turn is. */
  Duration slice() {
    return measure.dividedBy(slices());
  }

  /** About how long so many cases take. */
  Duration length(int cases) {
    Duration warming = warmUp.plus(measure).multipliedBy(2);
    return warming.plus(measure.multipliedBy(5L * rounds)).multipliedBy(cases);
  }

  ObjectNode json() {
    return new ObjectMapper()
        .createObjectNode()
        .put("rounds", rounds)
        .put("seconds", measure.toSeconds())
        .put("warm_up_seconds", warmUp.toSeconds())
        .put("connections", connections)
        .put("grpc_connections", OwnClient.HTTP2_CONNECTIONS)
        .put(
            "closed_loop",
            "throughput and CPU; gateway and echo in turn, who is first changes by round")
        .put(
            "open_loop",
            "latency from the scheduled send time, at %s of the case's own throughput; the case, its echo and the plain case at the same rate, in turn by the second"
                .formatted(OPEN_LOOP_SHARE))
        .put("cpu", "user and kernel time of the gateway's process, until the log has drained")
        .put(
            "echo",
            "a bare Vert.x route in the same process, sent the same bytes by the same generator")
        .put("quartiles", "type 7")
        .put("seed", BenchModel.SEED);
  }
}
