package dev.understudy.registry;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the rooms, and how far the frameworks reach. */
@AnalyzeClasses(
    packages = "dev.understudy.registry",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  @ArchTest
  static final ArchRule ARROWS =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("dev.understudy.registry..")
          .layer("config")
          .definedBy("..registry.config")
          .layer("background")
          .definedBy("..registry.background")
          .layer("wire")
          .definedBy("..registry.wire")
          .layer("problem")
          .definedBy("..registry.problem")
          .layer("measure")
          .definedBy("..registry.measure")
          .layer("chain")
          .definedBy("..registry.chain")
          .layer("audit")
          .definedBy("..registry.audit")
          .layer("outbox")
          .definedBy("..registry.outbox")
          .layer("artefact")
          .definedBy("..registry.artefact")
          .layer("catalog")
          .definedBy("..registry.catalog")
          .layer("fleet")
          .definedBy("..registry.fleet")
          .layer("search")
          .definedBy("..registry.search")
          .layer("run")
          .definedBy("..registry.run")
          .layer("alias")
          .definedBy("..registry.alias")
          .layer("mlflow")
          .definedBy("..registry.mlflow")
          .layer("rollout")
          .definedBy("..registry.rollout")
          .layer("evaluation")
          .definedBy("..registry.evaluation")
          .whereLayer("evaluation")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("mlflow")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("alias")
          .mayOnlyBeAccessedByLayers("mlflow")
          .whereLayer("run")
          .mayOnlyBeAccessedByLayers("mlflow")
          .whereLayer("search")
          .mayOnlyBeAccessedByLayers("catalog", "run", "mlflow")
          .whereLayer("rollout")
          .mayOnlyBeAccessedByLayers("evaluation", "mlflow")
          .whereLayer("fleet")
          .mayOnlyBeAccessedByLayers("rollout")
          .whereLayer("catalog")
          .mayOnlyBeAccessedByLayers("rollout", "alias", "mlflow")
          .whereLayer("artefact")
          .mayOnlyBeAccessedByLayers("catalog", "run", "mlflow")
          .whereLayer("outbox")
          .mayOnlyBeAccessedByLayers("rollout", "audit")
          .whereLayer("audit")
          .mayOnlyBeAccessedByLayers("catalog", "rollout", "evaluation", "alias", "run")
          .whereLayer("measure")
          .mayOnlyBeAccessedByLayers("catalog", "rollout")
          .whereLayer("chain")
          .mayNotAccessAnyLayer()
          .whereLayer("config")
          .mayNotAccessAnyLayer()
          .whereLayer("background")
          .mayNotAccessAnyLayer()
          .whereLayer("wire")
          .mayNotAccessAnyLayer()
          .whereLayer("problem")
          .mayOnlyAccessLayers("config")
          .whereLayer("search")
          .mayOnlyAccessLayers("problem")
          .whereLayer("measure")
          .mayOnlyAccessLayers("problem");

  @ArchTest
  static final ArchRule HTTP_AT_THE_EDGE =
      noClasses()
          .that()
          .haveSimpleNameNotEndingWith("Resource")
          .and()
          .resideOutsideOfPackage("..registry.problem")
          .should()
          .dependOnClassesThat(resideInAPackage("jakarta.ws.rs.."));

  @ArchTest
  static final ArchRule PERSISTENCE_IN_ENTITIES_AND_REPOSITORIES =
      noClasses()
          .that()
          .areNotAnnotatedWith("jakarta.persistence.Entity")
          .and()
          .areNotAnnotatedWith("jakarta.persistence.Embeddable")
          .and()
          .areNotAssignableTo("io.quarkus.hibernate.orm.panache.PanacheRepositoryBase")
          .should()
          .dependOnClassesThat(
              resideInAPackage("jakarta.persistence..")
                  .or(resideInAPackage("org.hibernate.annotations..")));

  @ArchTest
  static final ArchRule REPOSITORIES_STAY_IN_THEIR_ROOM =
      classes()
          .that()
          .areAssignableTo("io.quarkus.hibernate.orm.panache.PanacheRepositoryBase")
          .or()
          .areAnnotatedWith("jakarta.persistence.Entity")
          .should()
          .bePackagePrivate();

  @ArchTest
  static final ArchRule KAFKA_IN_THREE_PLACES =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "..registry.wire", "..registry.fleet", "..registry.outbox", "..registry.evaluation")
          .should()
          .dependOnClassesThat(resideInAPackage("org.apache.kafka.."));

  @ArchTest
  static final ArchRule WHAT_DECIDES_IS_PLAIN =
      classes()
          .that()
          .haveFullyQualifiedName("dev.understudy.registry.rollout.RolloutMoves")
          .or()
          .haveFullyQualifiedName("dev.understudy.registry.rollout.RolloutState")
          .or()
          .haveFullyQualifiedName("dev.understudy.registry.rollout.EvaluationCheck")
          .or()
          .haveFullyQualifiedName("dev.understudy.registry.rollout.TestPlan")
          .or()
          .haveFullyQualifiedName("dev.understudy.registry.rollout.Shares")
          .or()
          .haveFullyQualifiedName("dev.understudy.registry.rollout.Ramp")
          .or()
          .haveFullyQualifiedName("dev.understudy.registry.rollout.WideningCheck")
          .or()
          .haveFullyQualifiedName("dev.understudy.registry.rollout.Calibrated")
          .or()
          .haveFullyQualifiedName("dev.understudy.registry.fleet.FleetView")
          .should()
          .onlyDependOnClassesThat(
              resideInAPackage("java..")
                  .or(resideInAPackage("org.jspecify.."))
                  .or(resideInAPackage("com.google.protobuf.."))
                  .or(resideInAPackage("dev.understudy..")));

  @ArchTest
  static final ArchRule THE_CHAIN_NEEDS_NO_SERVICE =
      classes()
          .that()
          .resideInAPackage("..registry.chain")
          .should()
          .onlyDependOnClassesThat(
              resideInAPackage("java..")
                  .or(resideInAPackage("org.jspecify.."))
                  .or(resideInAPackage("com.fasterxml.jackson.."))
                  .or(resideInAPackage("org.erdtman.jcs.."))
                  .or(resideInAPackage("dev.understudy.registry.chain"))
                  .or(resideInAPackage("dev.understudy.contracts")));
}
