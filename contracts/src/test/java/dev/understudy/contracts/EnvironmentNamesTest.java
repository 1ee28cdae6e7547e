package dev.understudy.contracts;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentNamesTest {
  private interface Settings {
    Path dataDir();

    Journal journal();

    interface Journal {
      int mostRecords();

      Map<String, String> headers();
    }
  }

  @Test
  void whatSetsASettingPassesAndSoDoesWhatIsNotOurs() {
    assertThatCode(
            () ->
                EnvironmentNames.check(
                    List.of("UNDERSTUDY_DATA_DIR", "UNDERSTUDY_JOURNAL_MOST_RECORDS", "PATH"),
                    Settings.class))
        .doesNotThrowAnyException();
  }

  @Test
  void aMisspeltVariableIsNamedWithAllThatThereAre() {
    assertThatThrownBy(
            () -> EnvironmentNames.check(List.of("UNDERSTUDY_JOURNAL_RECORDS"), Settings.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("variable UNDERSTUDY_JOURNAL_RECORDS;")
        .hasMessageContaining("UNDERSTUDY_JOURNAL_MOST_RECORDS");
  }

  @Test
  void theEntriesOfAMapHaveNamesOfTheUsersOwn() {
    assertThatCode(
            () ->
                EnvironmentNames.check(
                    List.of("UNDERSTUDY_JOURNAL_HEADERS_AUTHORIZATION"), Settings.class))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> EnvironmentNames.check(List.of("UNDERSTUDY_JOURNAL_HEADERS_"), Settings.class))
        .hasMessageContaining("UNDERSTUDY_JOURNAL_HEADERS_*");
  }
}
