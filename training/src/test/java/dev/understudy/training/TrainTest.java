package dev.understudy.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.training.register.FakeRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command with real training, and a registry in miniature. */
class TrainTest {
  @TempDir private Path out;

  private final StringWriter said = new StringWriter();
  private final StringWriter complained = new StringWriter();

  @Test
  void aRunReportsEachStepAndLeavesItsFolder() {
    int code = train("--recipe", "scorecard", "--seed", "7", "--out", out.toString());

    assertThat(code).isZero();
    assertThat(said.toString().lines())
        .extracting(line -> line.split(" ")[0])
        .containsExactly("prepare", "train", "evaluate", "package");
    assertThat(out.resolve("scorecard-seed7/run.json")).exists();
  }

  @Test
  void withARegistryTheVersionIsRegistered() throws IOException {
    try (FakeRegistry registry = new FakeRegistry()) {
      int code =
          train(
              "--recipe",
              "scorecard",
              "--out",
              out.toString(),
              "--registry",
              registry.address().toString(),
              "--model",
              "other-risk");

      assertThat(code).isZero();
      assertThat(said.toString()).contains("register  version 1 of demo/other-risk");
      assertThat(registry.things).containsKey("/v1/projects/demo/models/other-risk/versions/1");
    }
  }

  @Test
  void anUnknownOptionIsRefused() {
    int code = train("--recipe", "trees", "--out", out.toString(), "--sead", "7");

    assertThat(code).isEqualTo(2);
    assertThat(complained.toString()).contains("Unknown option").contains("--sead");
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void anUnknownRecipeIsRefusedWithTheOnesThereAre() {
    int code = train("--recipe", "magic", "--out", out.toString());

    assertThat(code).isEqualTo(2);
    assertThat(complained.toString())
        .contains("there is no recipe 'magic', only scorecard, logistic, trees, leaky, broken");
  }

  @Test
  void anAddressThatIsNoneIsRefusedBeforeAnythingIsTrained() {
    int code = train("--recipe", "trees", "--out", out.toString(), "--registry", "localhost:8081");

    assertThat(code).isEqualTo(2);
    assertThat(complained.toString()).contains("'localhost:8081' is no address of a registry");
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void aRegistryThatDoesNotAnswerIsAnErrorInOneLine() throws IOException {
    FakeRegistry gone = new FakeRegistry();
    gone.close();

    int code =
        train(
            "--recipe", "scorecard",
            "--out", out.toString(),
            "--registry", gone.address().toString());

    assertThat(code).isEqualTo(1);
    assertThat(complained.toString().lines()).hasSize(1);
    assertThat(complained.toString()).contains("no registry answers at " + gone.address());
  }

  private int train(String... args) {
    CommandLine command = Train.commandLine();
    command.setOut(new PrintWriter(said, true));
    command.setErr(new PrintWriter(complained, true));
    return command.execute(args);
  }
}
