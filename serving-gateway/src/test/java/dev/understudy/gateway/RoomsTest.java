package dev.understudy.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "dev.understudy.gateway",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  @ArchTest
  static final ArchRule ARROWS_BETWEEN_ROOMS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("gateway")
          .definedBy("dev.understudy.gateway")
          .layer("protocol")
          .definedBy("..gateway.protocol")
          .layer("inference")
          .definedBy("..gateway.inference")
          .layer("shadow")
          .definedBy("..gateway.shadow")
          .layer("journal")
          .definedBy("..gateway.journal")
          .layer("hotswap")
          .definedBy("..gateway.hotswap")
          .layer("routing")
          .definedBy("..gateway.routing")
          .layer("meters")
          .definedBy("..gateway.meters")
          .layer("tracing")
          .definedBy("..gateway.tracing")
          .whereLayer("gateway")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("protocol")
          .mayOnlyBeAccessedByLayers("gateway")
          .whereLayer("inference")
          .mayOnlyBeAccessedByLayers("gateway", "protocol")
          .whereLayer("shadow")
          .mayOnlyBeAccessedByLayers("gateway", "inference")
          .whereLayer("journal")
          .mayOnlyBeAccessedByLayers("gateway", "inference")
          .whereLayer("hotswap")
          .mayOnlyBeAccessedByLayers("gateway")
          .whereLayer("routing")
          .mayOnlyBeAccessedByLayers("gateway", "protocol", "inference", "journal", "hotswap")
          .whereLayer("meters")
          .mayOnlyBeAccessedByLayers(
              "gateway", "protocol", "inference", "shadow", "journal", "hotswap", "tracing")
          .whereLayer("tracing")
          .mayOnlyBeAccessedByLayers("gateway", "inference", "journal");

  @ArchTest
  static final ArchRule ROUTING_IS_PLAIN_JAVA =
      noClasses()
          .that()
          .resideInAPackage("..gateway.routing")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io..", "jakarta..", "org.eclipse..", "org.apache..", "dev.understudy.contracts.v1..")
          .because("who gets which arm is decided by values alone");

  @ArchTest
  static final ArchRule HTTP_AND_GRPC_STAY_AT_THE_EDGE =
      noClasses()
          .that()
          .resideOutsideOfPackages("..gateway.protocol", "dev.understudy.gateway")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.vertx..",
              "io.grpc..",
              "dev.understudy.contracts.inference..",
              "dev.understudy.contracts.health..",
              "com.fasterxml.jackson..",
              "jakarta.ws.rs..")
          .because("the rooms behind it serve any protocol");

  @ArchTest
  static final ArchRule PROMETHEUS_IS_MET_AT_THE_EDGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.understudy.gateway")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.prometheus..")
          .because("the rooms count, and the gateway exposes");

  @ArchTest
  static final ArchRule OPEN_TELEMETRY_STAYS_IN_TRACING =
      noClasses()
          .that()
          .resideOutsideOfPackage("..gateway.tracing")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.opentelemetry..")
          .because("where nobody traces, no request may pay for it");

  @ArchTest
  static final ArchRule KAFKA_STAYS_IN_JOURNAL_AND_HOT_SWAP =
      noClasses()
          .that()
          .resideOutsideOfPackages("..gateway.journal", "..gateway.hotswap")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..")
          .because("no request may wait for Kafka");

  @ArchTest
  static final ArchRule QUARKUS_WIRES_AND_NOTHING_ELSE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.understudy.gateway")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quarkus..", "jakarta..", "io.smallrye..", "org.eclipse..")
          .because("the rooms are plain Java that a unit test can build with new");
}
