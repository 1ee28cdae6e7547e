package dev.understudy.collector;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the rooms, and how far each framework reaches. */
@AnalyzeClasses(
    packages = "dev.understudy.collector",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  @ArchTest
  static final ArchRule THE_ARROWS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("config")
          .definedBy("..collector.config..")
          .layer("statistics")
          .definedBy("..collector.statistics..")
          .layer("comparison")
          .definedBy("..collector.comparison..")
          .layer("decision")
          .definedBy("..collector.decision..")
          .layer("matching")
          .definedBy("..collector.matching..")
          .layer("outcome")
          .definedBy("..collector.outcome..")
          .layer("oracle")
          .definedBy("..collector.oracle..")
          .layer("clock")
          .definedBy("..collector.clock..")
          .whereLayer("statistics")
          .mayOnlyBeAccessedByLayers("comparison", "decision", "oracle")
          .whereLayer("comparison")
          .mayOnlyBeAccessedByLayers("decision", "matching")
          .whereLayer("decision")
          .mayOnlyBeAccessedByLayers("matching", "oracle")
          .whereLayer("oracle")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("matching")
          .mayOnlyBeAccessedByLayers("outcome")
          .whereLayer("outcome")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("clock")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("config")
          .mayOnlyBeAccessedByLayers("matching", "outcome", "clock");

  @ArchTest
  static final ArchRule ROOMS_FORM_NO_CIRCLE =
      slices().matching("dev.understudy.collector.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule STATISTICS_KNOW_NOTHING_BUT_JAVA =
      classes()
          .that()
          .resideInAPackage("..collector.statistics..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "org.jspecify..", "..collector.statistics..");

  @ArchTest
  static final ArchRule WHAT_DECIDES_IS_PLAIN_JAVA =
      classes()
          .that()
          .resideInAnyPackage("..collector.comparison..", "..collector.decision..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify..",
              "com.google.protobuf..",
              "dev.understudy.contracts..",
              "dev.understudy.collector.statistics..",
              "dev.understudy.collector.comparison..",
              "dev.understudy.collector.decision..",
              "dev.understudy.collector.state..");

  @ArchTest
  static final ArchRule THE_ORACLE_CARRIES_NO_FRAMEWORK =
      classes()
          .that()
          .resideInAPackage("..collector.oracle..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify..",
              "com.fasterxml.jackson..",
              "com.google.protobuf..",
              "dev.understudy.contracts..",
              "dev.understudy.collector.statistics..",
              "dev.understudy.collector.decision..",
              "dev.understudy.collector.oracle..");

  @ArchTest
  static final ArchRule THE_JUDGE_HAS_NO_WALL_CLOCK =
      noClasses()
          .that()
          .resideInAnyPackage(
              "..collector.statistics..", "..collector.comparison..", "..collector.decision..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching("java\\.time\\.(Clock|Instant)");

  @ArchTest
  static final ArchRule HTTP_STAYS_AT_THE_EDGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("..collector.outcome..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jakarta.ws.rs..");

  @ArchTest
  static final ArchRule KAFKA_STREAMS_STAYS_IN_THE_JOIN =
      noClasses()
          .that()
          .resideOutsideOfPackage("..collector.matching..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.kafka.streams..");

  @ArchTest
  static final ArchRule THE_LOGIC_OF_THE_JOIN_KNOWS_NO_KAFKA =
      noClasses()
          .that()
          .haveNameMatching(
              ".*\\.(PartitionMatcher|Maturity|WaitingRoom|Labels|UnitReader|EventReader|LogClock"
                  + "|Summing|Keys|Table|KnownTests|TreeTable|Replay|PredictionReader|Shards"
                  + "|LabelQueue|LabelQueues|LabelWatch|OutcomeState|UnitFields|UnitChunks|UnitLedger"
                  + "|BreakerCounts)(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.kafka..");
}
