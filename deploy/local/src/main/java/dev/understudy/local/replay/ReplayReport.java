package dev.understudy.local.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;

/** What came of a replay. */
public record ReplayReport(String rolloutId, List<Test> tests, List<Pass> passes) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN = 20;

  /**
   * A test as it was recorded.
   *
   * @param verdict of the last evaluation
   */
  public record Test(String testId, int evaluations, String verdict) {}

  /**
   * One recomputation.
   *
   * @param partitions that the log was divided into
   * @param asLogged whether these are its own
   * @param records of both inputs that were read
   * @param compared recorded evaluations that were also recomputed
   * @param identical of these, equal to the last bit and word
   * @param found differences, of which {@code differences} holds the first
   */
  public record Pass(
      int partitions,
      boolean asLogged,
      long records,
      long compared,
      long identical,
      long found,
      List<Difference> differences) {}

  /** Whether the log gives what was recorded, and something was recorded at all. */
  public boolean equal() {
    return !tests.isEmpty() && passes.stream().allMatch(pass -> pass.found() == 0);
  }

  /** For people. */
  public void print(PrintStream out) {
    out.printf("rollout %s%n", rolloutId);
    tests.forEach(
        test ->
            out.printf(
                "  test %s: %d evaluations, the last says %s%n",
                test.testId(), test.evaluations(), test.verdict()));
    if (tests.isEmpty()) {
      out.println("  no evaluation of it is recorded");
    }
    out.printf(
        "%n%-16s %10s %10s %10s %12s%n",
        "partitions", "records", "compared", "identical", "differences");
    for (Pass pass : passes) {
      out.printf(
          "%-16s %10d %10d %10d %12d%n",
          pass.partitions() + (pass.asLogged() ? " (as logged)" : ""),
          pass.records(),
          pass.compared(),
          pass.identical(),
          pass.found());
    }
    for (Pass pass : passes) {
      pass.differences().stream()
          .limit(SHOWN)
          .forEach(one -> out.printf("%n%d partitions: %s", pass.partitions(), one));
      if (pass.found() > SHOWN) {
        out.printf("%n... and %d more", pass.found() - SHOWN);
      }
    }
    out.printf("%n%s%n", equal() ? "equal" : "NOT EQUAL");
  }

  /** For programs. */
  public ObjectNode json() {
    ObjectNode json = JSON.createObjectNode().put("rollout", rolloutId).put("equal", equal());
    var tests = json.putArray("tests");
    this.tests.forEach(
        test ->
            tests
                .addObject()
                .put("test", test.testId())
                .put("evaluations", test.evaluations())
                .put("verdict", test.verdict()));
    var passes = json.putArray("passes");
    for (Pass pass : this.passes) {
      var one =
          passes
              .addObject()
              .put("partitions", pass.partitions())
              .put("as_logged", pass.asLogged())
              .put("records", pass.records())
              .put("compared", pass.compared())
              .put("identical", pass.identical())
              .put("differences", pass.found());
      var details = one.putArray("details");
      pass.differences()
          .forEach(
              difference ->
                  details
                      .addObject()
                      .put("test", difference.testId())
                      .put("number", difference.number())
                      .put("field", difference.field())
                      .put("recorded", difference.recorded())
                      .put("recomputed", difference.recomputed()));
    }
    return json;
  }
}
