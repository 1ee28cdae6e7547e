package dev.understudy.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.scoring.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CreditDataTest {
  private final CreditData data = CreditData.load();

  @Test
  void theWholeFileIsThere() {
    assertThat(data.rows()).hasSize(4454);
    assertThat(data.rows()).filteredOn(CreditRow::bad).hasSize(1254);
    assertThat(data.rows())
        .filteredOn(row -> row.number(CreditColumn.INCOME).isEmpty())
        .hasSize(381);
    assertThat(data.sha256()).startsWith("9ba0c2326900ca6c");
  }

  @Test
  void theFirstRowIsReadAsItStands() {
    CreditRow row = data.rows().getFirst();

    assertThat(row.status()).isEqualTo("good");
    assertThat(row.number(CreditColumn.SENIORITY)).hasValue(9);
    assertThat(row.category(CreditColumn.HOME)).hasValue("rent");
    assertThat(row.category(CreditColumn.JOB)).hasValue("freelance");
    assertThat(row.number(CreditColumn.PRICE)).hasValue(846);
    assertThat(row.age()).isEqualTo(30);
    assertThat(row.marital()).isEqualTo("married");
  }

  @Test
  void noApplicationKnowsItsArrears() {
    assertThat(data.rows()).allMatch(row -> row.number(CreditColumn.ARREARS).isEmpty());
  }

  @Test
  void theHalvesShareNoRowAndLoseNone() {
    CreditData.Halves halves = data.split(7);

    List<Integer> ids = new ArrayList<>();
    halves.training().forEach(row -> ids.add(row.id()));
    halves.serving().forEach(row -> ids.add(row.id()));
    assertThat(halves.training()).hasSameSizeAs(halves.serving());
    assertThat(ids).hasSize(4454).doesNotHaveDuplicates();
  }

  @Test
  void theSeedAndNothingElseDecidesTheSplit() {
    assertThat(CreditData.load().split(7)).isEqualTo(data.split(7)).isNotEqualTo(data.split(8));
  }

  @Test
  void whatIsMissingIsNanOrEmptyTextInATensor() {
    CreditRow bare =
        new CreditRow(
            0,
            true,
            Map.of(
                CreditColumn.SENIORITY, 1f,
                CreditColumn.TIME, 12f,
                CreditColumn.EXPENSES, 35f,
                CreditColumn.AMOUNT, 100f,
                CreditColumn.PRICE, 105f),
            Map.of(CreditColumn.RECORDS, "no"),
            30,
            "");

    Map<String, Tensor> tensors =
        CreditData.tensors(List.of(bare), List.of(CreditColumn.HOME, CreditColumn.INCOME));

    assertThat(tensors.get("Home")).isEqualTo(Tensor.ofTexts("Home", new long[] {1}, ""));
    assertThat(tensors.get("Income").isMissing(0)).isTrue();
  }

  @Test
  void aRowThatBreaksTheContractIsRefusedByName() {
    CreditRow row = data.rows().getFirst();

    assertThatThrownBy(
            () -> new CreditRow(3, true, Map.of(), row.categories(), row.age(), row.marital()))
        .hasMessage("application 3 has no Seniority");
    assertThatThrownBy(
            () ->
                new CreditRow(
                    3,
                    true,
                    row.numbers(),
                    Map.of(CreditColumn.RECORDS, "maybe"),
                    row.age(),
                    row.marital()))
        .hasMessageContaining("maybe is none of the categories of Records");
  }

  @Test
  void noSensitiveColumnIsInTheContract() {
    assertThat(CreditContract.model().inputs().columns())
        .extracting(column -> column.name())
        .hasSize(12)
        .doesNotContain("Age", "Marital", "Status");
  }
}
