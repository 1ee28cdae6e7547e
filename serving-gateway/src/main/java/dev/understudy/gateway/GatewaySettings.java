package dev.understudy.gateway;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

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
    /** The largest body, in bytes, before and after it is unpacked. */
    @WithDefault("1048576")
    int bodyBytes();

    /** The deepest nesting of the JSON, 4 to 1,000. */
    @WithDefault("16")
    int depth();

    /** The most rows. */
    @WithDefault("1000")
    int rows();
  }

  /** Where the answering versions run. */
  interface Scoring {
    /** Threads of each loaded version. */
    @WithDefault("2")
    int threads();

    /** Requests that may wait for each loaded version. */
    @WithDefault("1024")
    int queue();

    /** The time in which a version must answer; the stand-in of a candidate gets it again. */
    @WithDefault("PT2S")
    Duration deadline();
  }

  /** Where shadows run. */
  interface Shadow {
    /** Threads of all shadows together. */
    @WithDefault("2")
    int threads();

    /** Shadows that may wait; one more is shed. */
    @WithDefault("1024")
    int queue();
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
