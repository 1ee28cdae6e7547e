package dev.understudy.registry.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Every setting of the registry under {@code understudy}; an unknown one stops the start. The
 * database and Kafka are set with Quarkus' own {@code quarkus.datasource.*} and {@code
 * kafka.bootstrap.servers}.
 */
@ConfigMapping(prefix = "understudy")
public interface RegistryConfig {
  /** Where artefacts are kept, one file per digest; shared by all replicas. */
  @WithDefault("data/artefacts")
  Path artefactDir();

  /** The largest artefact that is accepted, in bytes. */
  @WithDefault("536870912")
  long artefactMaxBytes();

  /** The largest JSON body that is accepted, in bytes. */
  @WithDefault("1048576")
  long bodyMaxBytes();

  /** The project that MLflow's clients see; made at their first request. */
  @WithDefault("mlflow")
  String mlflowProject();

  /** The key that collector and registry share; at least 16 bytes. A secret, so no default. */
  String evaluationKey();

  /** How long the gateways may take to prepare a route before the change is given up. */
  @WithDefault("PT60S")
  Duration prepareTimeout();

  /** A gateway counts as live while its last heartbeat, by append time, is younger than this. */
  @WithDefault("PT10S")
  Duration gatewayLiveWithin();

  /**
   * What is added to a shadow's deadline before its record counts as lost: the time that the
   * gateway's journal and the broker may take to write it down.
   */
  @WithDefault("PT2S")
  Duration shadowGrace();

  /**
   * How long after the end of a test its verdict may be awaited before the rollout is stopped: time
   * for a collector that was away to catch up.
   */
  @WithDefault("P1D")
  Duration judgePatience();

  /** How often prepared routes are compared with what the gateways report. */
  @WithDefault("PT0.2S")
  Duration prepareCheckEvery();

  /**
   * Where the audit trail's checkpoints are kept once more, and the key that they are signed with
   * where {@link #auditKeyFile} names none. Keep it from those who can write to the database.
   */
  @WithDefault("data/audit")
  Path auditDir();

  /** The Ed25519 key that checkpoints are signed with, PKCS#8 in PEM; the same for all replicas. */
  Optional<Path> auditKeyFile();

  /** Further public keys that checkpoints are believed by, in PEM: those that were used before. */
  Optional<Path> auditPublicKeysFile();

  /** So many events of a project without a checkpoint make one due. */
  @WithDefault("1000")
  long auditCheckpointEvents();

  /** So does an event that is this old. */
  @WithDefault("PT10M")
  Duration auditCheckpointEvery();

  /** How often it is looked whether a checkpoint is due. */
  @WithDefault("PT5S")
  Duration auditCheckEvery();

  /** How often every audit log is checked from end to end. */
  @WithDefault("P1D")
  Duration auditVerifyEvery();

  /** How often the outbox is looked at when nobody said that something is in it. */
  @WithDefault("PT0.5S")
  Duration outboxCheckEvery();
}
