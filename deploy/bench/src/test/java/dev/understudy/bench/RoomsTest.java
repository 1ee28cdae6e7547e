package dev.understudy.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the rooms, and how far each library may reach. */
@AnalyzeClasses(
    packages = "dev.understudy.bench",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  private static final String ROOT = "dev.understudy.bench";

  @ArchTest
  static final ArchRule arrows =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("verbs")
          .definedBy(ROOT)
          .layer("rounds")
          .definedBy(ROOT + ".rounds")
          .layer("soak")
          .definedBy(ROOT + ".soak")
          .layer("collector")
          .definedBy(ROOT + ".collector")
          .layer("decision")
          .definedBy(ROOT + ".decision")
          .layer("report")
          .definedBy(ROOT + ".report")
          .layer("gateway")
          .definedBy(ROOT + ".gateway")
          .layer("load")
          .definedBy(ROOT + ".load")
          .layer("models")
          .definedBy(ROOT + ".models")
          .whereLayer("verbs")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("rounds")
          .mayOnlyBeAccessedByLayers("verbs")
          .whereLayer("soak")
          .mayOnlyBeAccessedByLayers("verbs")
          .whereLayer("collector")
          .mayOnlyBeAccessedByLayers("verbs")
          .whereLayer("decision")
          .mayOnlyBeAccessedByLayers("verbs")
          .whereLayer("report")
          .mayOnlyBeAccessedByLayers("verbs", "rounds", "collector", "decision")
          .whereLayer("gateway")
          .mayOnlyBeAccessedByLayers("verbs", "rounds", "soak", "collector")
          .whereLayer("load")
          .mayOnlyBeAccessedByLayers("rounds", "soak", "report")
          .whereLayer("models")
          .mayOnlyBeAccessedByLayers("verbs", "rounds", "soak", "gateway");

  @ArchTest static final ArchRule onnxIsWrittenInOneRoom = onlyIn("models", "ai.onnx..");

  @ArchTest static final ArchRule loadIsMadeInOneRoom = onlyIn("load", "io.vertx..");

  @ArchTest
  static final ArchRule streamsRunInOneRoom = onlyIn("collector", "org.apache.kafka.streams..");

  private static ArchRule onlyIn(String room, String library) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "." + room)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }
}
