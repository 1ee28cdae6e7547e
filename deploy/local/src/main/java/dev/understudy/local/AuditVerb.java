package dev.understudy.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.contracts.Digest;
import dev.understudy.local.stack.StackException;
import dev.understudy.registry.chain.ChainReport;
import dev.understudy.registry.chain.Checkpoint;
import dev.understudy.registry.chain.OfflineCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The audit trail, looked at without the registry. */
@Command(
    name = "audit",
    description = "Checks an exported audit trail.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "VERB",
    subcommands = AuditVerb.Verify.class)
final class AuditVerb {
  private AuditVerb() {}

  /** Checks an export with nothing but files. */
  @Command(
      name = "verify",
      description = {
        "Checks an export of a project's audit trail: that no event was changed, removed, put in or"
            + " moved, that its end was not cut off, and that it is what the registry signed. Needs"
            + " no service.",
        "Exit code 0 only when all of it holds."
      },
      mixinStandardHelpOptions = true,
      footer =
          "%nTake the checkpoints first, the export after them; the public key from the registry's"
              + " owner, not from who gives you the other two.")
  static final class Verify implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Parameters(
        paramLabel = "EXPORT.ndjson",
        description = "What GET /v1/audit/export?project=P gave.")
    private Path export = Path.of("");

    @Option(
        names = "--checkpoints",
        paramLabel = "FILE",
        required = true,
        description =
            "Signed checkpoints, one a line: the registry's file, or the lines of"
                + " understudy.checkpoints.")
    private Path checkpoints = Path.of("");

    @Option(
        names = "--public-key",
        paramLabel = "FILE",
        required = true,
        description = "The Ed25519 keys to believe, in PEM.")
    private Path publicKey = Path.of("");

    @Option(
        names = "--json",
        description =
            "Print project, valid, checked, first_broken_seq, reason and last_checkpoint as one"
                + " JSON object.")
    private boolean json;

    @Override
    public Integer call() {
      ChainReport report = check();
      PrintWriter out =
          spec == null ? new PrintWriter(System.out, true) : spec.commandLine().getOut();
      if (json) {
        out.println(json(report));
      } else {
        tell(report, out);
      }
      out.flush();
      return report.valid() ? 0 : 1;
    }

    private ChainReport check() {
      try {
        return OfflineCheck.check(export, checkpoints, publicKey);
      } catch (NoSuchFileException e) {
        throw new StackException("There is no file %s.".formatted(e.getMessage()));
      } catch (IOException e) {
        throw new StackException("A file cannot be read: %s".formatted(e.getMessage()));
      } catch (IllegalArgumentException e) {
        throw new StackException("%s.".formatted(e.getMessage()));
      }
    }

    private static void tell(ChainReport report, PrintWriter out) {
      out.printf("Project %s: looked at %d events.%n", report.project(), report.checked());
      Checkpoint last = report.lastCheckpoint();
      if (last != null) {
        out.printf(
            "The first %d are what the registry signed at %s (root %s).%n",
            last.size(), last.at(), Digest.hex(last.root()));
      }
      if (report.valid()) {
        long younger = last == null ? 0 : report.checked() - last.size();
        if (younger > 0) {
          out.printf(
              "The last %d link to them, and no checkpoint vouches for them yet.%n", younger);
        }
        out.println("HOLDS: no event was changed, removed, put in or moved.");
      } else if (report.firstBrokenSeq() == null) {
        out.printf("DOES NOT HOLD: %s.%n", report.reason());
      } else {
        out.printf("BROKEN from event %d on: %s.%n", report.firstBrokenSeq(), report.reason());
      }
    }

    private static ObjectNode json(ChainReport report) {
      ObjectMapper mapper = new ObjectMapper();
      ObjectNode all = mapper.createObjectNode();
      all.put("project", report.project());
      all.put("valid", report.valid());
      all.put("checked", report.checked());
      all.put("first_broken_seq", report.firstBrokenSeq());
      all.put("reason", report.reason());
      Checkpoint last = report.lastCheckpoint();
      if (last == null) {
        all.putNull("last_checkpoint");
      } else {
        all.putObject("last_checkpoint")
            .put("size", last.size())
            .put("root", Digest.hex(last.root()))
            .put("at", last.at().toString())
            .put("key", last.key());
      }
      return all;
    }
  }
}
