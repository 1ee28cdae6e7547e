package dev.understudy.training;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the rooms, and how far each library may reach. */
@AnalyzeClasses(
    packages = "dev.understudy.training",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  private static final String ROOT = "dev.understudy.training";

  @ArchTest
  static final ArchRule arrows =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("command")
          .definedBy(ROOT)
          .layer("register")
          .definedBy(ROOT + ".register")
          .layer("pipeline")
          .definedBy(ROOT + ".pipeline")
          .layer("graph")
          .definedBy(ROOT + ".graph")
          .layer("data")
          .definedBy(ROOT + ".data")
          .whereLayer("command")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("register")
          .mayOnlyBeAccessedByLayers("command")
          .whereLayer("pipeline")
          .mayOnlyBeAccessedByLayers("command", "register")
          .whereLayer("graph")
          .mayOnlyBeAccessedByLayers("pipeline");

  @ArchTest static final ArchRule onnxIsWrittenInOneRoom = onlyIn("graph", "ai.onnx..");

  @ArchTest static final ArchRule xgboostStaysBehindOneDoor = onlyIn("pipeline", "ml.dmlc..");

  @ArchTest static final ArchRule onlyRegisterTalksHttp = onlyIn("register", "java.net.http..");

  private static ArchRule onlyIn(String room, String library) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "." + room)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }
}
