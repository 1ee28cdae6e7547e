package dev.understudy.scoring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "dev.understudy.scoring",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  @ArchTest
  static final ArchRule SCORING_IS_PLAIN_JAVA =
      classes()
          .that()
          .haveNameNotMatching(".*\\.(RemoteGrpc|GrpcAnswer)(\\$.*)?")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax.net.ssl..",
              "javax.xml.stream..",
              "org.jspecify.annotations..",
              "org.pmml4s..",
              "com.fasterxml.jackson..",
              "dev.failsafe..",
              "dev.understudy.scoring")
          .because("an application can embed a model with this library alone");

  @ArchTest
  static final ArchRule GRPC_IS_CARRIED_ONLY_BY_WHO_CALLS_IT =
      classes()
          .that()
          .haveNameMatching(".*\\.(RemoteGrpc|GrpcAnswer)(\\$.*)?")
          .should()
          .onlyBeAccessed()
          .byClassesThat()
          .haveNameMatching(".*\\.(RemoteGrpc|GrpcAnswer|RemoteModel)(\\$.*)?")
          .because("they need libraries that are optional");
}
