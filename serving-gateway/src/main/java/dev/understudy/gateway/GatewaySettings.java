package dev.understudy.gateway;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

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

  /** Where gRPC listens, beside HTTP on {@code quarkus.http.host}; 0 is any port that is free. */
  @WithDefault("8083")
  int grpcPort();

  /** Encrypts what gRPC carries; by default it is plain text. */
  GrpcTls grpcTls();

  /**
   * Whether each client of HTTPS must show a certificate that the trust store of Quarkus's TLS
   * configuration certifies. Quarkus itself fixes this when the gateway is built. gRPC must be no
   * open door beside it, so this needs {@code understudy.grpc-tls.client-ca} too.
   */
  @WithDefault("false")
  boolean httpsClientCertificates();

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
   * Secret key of the hashes of units and of inputs in the log, at least 16 characters. By default
   * a new one at each start, which is enough as long as each request is a unit of its own and no
   * hashed input must be compared over starts or gateways; a route with sticky units is refused
   * without it.
   */
  Optional<String> unitKey();

  /** What one request may ask for. */
  Limits limits();

  /** Where the answering versions run. */
  Scoring scoring();

  /** Where versions may live that are not artefacts themselves. */
  Remote remote();

  /** Where shadows run. */
  Shadow shadow();

  /** What may wait to be logged. */
  Journal journal();

  /** Whether requests are traced. */
  Tracing tracing();

  /** For benchmarks only. */
  Bench bench();

  /** Files for TLS on the port for gRPC; they are read again within 30 s of a change. */
  interface GrpcTls {
    /** The certificate in PEM, followed by those that certify it. Needs the key. */
    Optional<Path> certificate();

    /** The certificate's private key in PEM, PKCS #8 and not encrypted. */
    Optional<Path> key();

    /**
     * Certificates in PEM of those who certify clients; with it every client must show a
     * certificate. By default clients need none.
     */
    Optional<Path> clientCa();
  }

  /** What one request may ask for. */
  interface Limits {
    /** The largest body, in bytes, before and after it is unpacked. */
    @WithDefault("1048576")
    int bodyBytes();

    /**
     * Bytes of all requests that are under way, over REST and gRPC together, and of answers that
     * were not taken yet; at least {@code body-bytes}. By default an eighth of the heap, since a
     * body can take several times its size as tensors.
     */
    OptionalLong inFlightBytes();

    /**
     * How long a body, or a message over gRPC, may take from its first bytes to its last; the
     * request of a client that stalls longer is refused, so that it does not keep others out.
     */
    @WithDefault("PT30S")
    Duration bodyDeadline();

    /** The deepest nesting of the JSON, 4 to 1,000. */
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
     * Versions that no route names any more and that stay loaded all the same, so that a rollback
     * or another rollout of them needs no load and no warm-up; 0: none. Two are the version that
     * was replaced and the candidate that was sent back before. A load that needs their memory has
     * it.
     */
    @WithDefault("2")
    int idleModels();

    /**
     * Memory that all loaded versions may take, in bytes, by an estimate from their artefacts. Of
     * those that no route names, what was used least lately is unloaded for one more; if that does
     * not suffice, it is refused. What a graph takes beyond the estimate counts too: a run that
     * would need more than all of this fails, and the gateway lives on. By default three quarters
     * of what the machine has beside the heap.
     */
    OptionalLong memoryBytes();

    /** The time in which a version must answer; its stand-in and a fallback get it again. */
    @WithDefault("PT2S")
    Duration deadline();
  }

  /** Where versions may live that are not artefacts themselves. */
  interface Remote {
    /**
     * Hosts that a remote version may name, as {@code host} or {@code host:port}; by default none,
     * since whoever registers a version would otherwise choose what this process calls.
     */
    Optional<Set<String>> allowedHosts();

    /** Calls of one version that may be under way; one more is shed. */
    @WithDefault("64")
    int concurrency();

    /** The longest answer of a remote version that is read, in bytes. */
    @WithDefault("16777216")
    int responseBytes();

    /** Who this gateway is to servers that ask, each under a name of your own. */
    Map<String, Login> logins();
  }

  /** Who this gateway is to some servers: a token, a certificate, or both. */
  interface Login {
    /**
     * The servers that it is for, as {@code host} for any port or {@code host:port}; each must be
     * allowed, and may have one login. Whoever may register a version may have these servers called
     * as this gateway.
     */
    Set<String> hosts();

    /** Sent with each call; secret. Only one of this and {@code token-file}. */
    Optional<String> token();

    /** A file that holds the token; it is read again when it was changed. */
    Optional<Path> tokenFile();

    /**
     * The header that the token goes in as it is, e.g. {@code x-api-key}; by default {@code
     * Authorization}, behind the word {@code Bearer}.
     */
    Optional<String> header();

    /**
     * The certificate in PEM to show over TLS, followed by those that certify it. Needs the key;
     * both are read again when they were changed, for connections that are made from then on.
     */
    Optional<Path> certificate();

    /** The certificate's private key in PEM, PKCS #8 and not encrypted. */
    Optional<Path> key();

    /**
     * Certificates in PEM of those who certify the server; read at the start. By default whom Java
     * believes.
     */
    Optional<Path> serverCa();

    /** Whether the token may go over a connection that is not encrypted. */
    @WithDefault("false")
    boolean plainText();
  }

  /** Where shadows run. */
  interface Shadow {
    /** Threads of all shadows that are not cheap; those that are share one more. */
    @WithDefault("2")
    int threads();

    /** Shadows of either kind that may wait; one more is shed. */
    @WithDefault("1024")
    int queue();

    /**
     * Bytes of the tensors of all shadows that wait or run; one that would hold more is shed. By
     * default an eighth of the heap.
     */
    OptionalLong bytes();

    /** The share of all processors' time that shadows may take, over 0 and at most 1. */
    @WithDefault("0.5")
    double share();

    /**
     * The share that those of them may take that are not cheap. What computes for long delays
     * others by as much as it computes, however far it stands back; one that is dropped for it is
     * counted as {@code budget}. Raise it to learn sooner about a slow candidate.
     */
    @WithDefault("0.1")
    double slowShare();

    /**
     * How far the threads of those that are not cheap stand back where others want the processor
     * too: 0, not at all, to 19, or 20: they take only the time that nobody else wants. Linux only;
     * shadows that are cheap are not slow enough to hurt.
     */
    @WithDefault("20")
    int nice();
  }

  /** What may wait to be logged. */
  interface Journal {
    /**
     * False logs nothing and counts every prediction as dropped with the cause {@code disabled}:
     * for benchmarks, and for models whose log nobody needs. No test can be judged then.
     */
    @WithDefault("true")
    boolean enabled();

    /** Records that may wait for Kafka; one more is dropped and counted. */
    @WithDefault("200000")
    int records();

    /** Bytes that may wait for Kafka. */
    @WithDefault("134217728")
    long bytes();

    /** How long a stop waits for what is not yet logged; the rest is sent by the next start. */
    @WithDefault("PT5S")
    Duration flush();

    /**
     * Bytes that may wait on local disk, under the data directory, while Kafka is away; what comes
     * beyond is dropped and counted.
     */
    @WithDefault("1073741824")
    long spoolBytes();

    /** How long Kafka may owe an acknowledgement before records go to the disk. */
    @WithDefault("PT1S")
    Duration spoolAfter();

    /**
     * How long the answer of a model whose log is durable may wait to be logged, or to be on disk,
     * before it is refused; longer than {@code spool-after}.
     */
    @WithDefault("PT3S")
    Duration durableDeadline();
  }

  /** Whether requests are traced. */
  interface Tracing {
    /**
     * True continues the callers' traces (W3C Trace Context) to remote versions and into the log,
     * and sends spans; false looks at no header and passes none on.
     */
    @WithDefault("false")
    boolean enabled();

    /** Where spans go: a receiver of OTLP over HTTP in protobuf. */
    @WithDefault("http://localhost:4318/v1/traces")
    URI endpoint();

    /**
     * The part of the traces that begin here which is sampled, 0 to 1. Whether one that a caller
     * has begun is, the caller has decided.
     */
    @WithDefault("0.01")
    double ratio();

    /** Spans that may wait to be sent; one more is dropped and counted. */
    @WithDefault("4096")
    int queue();

    /** How long the receiver may take for a batch. */
    @WithDefault("PT10S")
    Duration timeout();

    /** Sent to the receiver with each batch, e.g. {@code headers.authorization}; secret. */
    Map<String, String> headers();
  }

  /** For benchmarks only. */
  interface Bench {
    /** Answers {@code POST /bench/echo} with the request's body, to compare the gateway with. */
    @WithDefault("false")
    boolean echo();
  }
}
