package dev.understudy.gateway;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Every setting of the gateway. A key under {@code understudy} that is not here stops the start.
 */
@ConfigMapping(prefix = "understudy")
public interface GatewaySettings {
  /** The gateway's name on the topics; by default the host's name with the process number. */
  Optional<String> gatewayId();

  /** Holds the last routes and the artefacts, for a start without any neighbour. */
  @WithDefault(".understudy/gateway")
  Path dataDir();

  /** Where artefacts are fetched by digest. */
  @WithDefault("http://127.0.0.1:8081")
  URI registryUrl();

  /** The largest artefact that is fetched, in bytes. */
  @WithDefault("536870912")
  long artefactBytes();

  /** How often the gateway reports on itself. */
  @WithDefault("PT2S")
  Duration heartbeat();

  /**
   * Secret key of the hash of units in the log, at least 16 characters. By default a new one at
   * each start, which is enough as long as each request is a unit of its own.
   */
  Optional<String> unitKey();

  /** What one request may ask for. */
  Limits limits();

  /** Where the answering versions run. */
  Scoring scoring();

  /** Where shadows run. */
  Shadow shadow();

  /** What may wait to be logged. */
  Journal journal();

  /** What one request may ask for. */
  interface Limits {
    /** The largest body, in bytes. */
    @WithDefault("1048576")
    int bodyBytes();

    /** The deepest nesting of the JSON. */
    @WithDefault("16")
    int depth();

    /** The most rows. */
    @WithDefault("1000")
    int rows();
  }

  /** Where the answering versions run. */
  interface Scoring {
    /** Threads of each loaded version; by default as many as there are processors. */
    OptionalInt threads();

    /** Requests that may wait for each loaded version. */
    @WithDefault("1024")
    int queue();

    /** A run that takes no longer is done on the thread that serves the connection; 0: none is. */
    @WithDefault("PT0.0002S")
    Duration cheap();

    /** The most rows of a run that several requests share. */
    @WithDefault("32")
    int batchRows();

    /** How long such a run waits for others to join; 0: it takes those that waited anyway. */
    @WithDefault("PT0S")
    Duration batchDelay();

    /**
     * Memory that all loaded versions may take, in bytes, by an estimate from their artefacts; one
     * more is refused. By default what the machine has beside the heap.
     */
    OptionalLong memoryBytes();

    /** The time in which a version must answer; the stand-in of a candidate gets it again. */
    @WithDefault("PT2S")
    Duration deadline();
  }

  /** Where shadows run. */
  interface Shadow {
    /** Threads of all shadows that are not cheap; those that are share one more. */
    @WithDefault("2")
    int threads();

    /** Shadows of either kind that may wait; one more is shed. */
    @WithDefault("1024")
    int queue();

    /** The share of all processors' time that shadows may take, over 0 and at most 1. */
    @WithDefault("0.5")
    double share();
  }

  /** What may wait to be logged. */
  interface Journal {
    /** Records that may wait for Kafka; one more is dropped and counted. */
    @WithDefault("200000")
    int records();

    /** Bytes that may wait for Kafka. */
    @WithDefault("134217728")
    long bytes();

    /** How long a stop waits for what is not yet logged. */
    @WithDefault("PT5S")
    Duration flush();
  }
}
