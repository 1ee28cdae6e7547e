package dev.understudy.training.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.training.data.CreditColumn;
import dev.understudy.training.data.CreditData;
import dev.understudy.training.data.CreditRow;
import dev.understudy.training.graph.Preparation;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the preparation's own graph makes of rows, in ONNX Runtime. */
class PreparationTest {
  private static final List<CreditColumn> COLUMNS =
      List.of(CreditColumn.JOB, CreditColumn.SENIORITY, CreditColumn.INCOME);

  private static final CreditRow ANY = CreditData.load().rows().getFirst();

  // Income: median 30 of what is present, so 10, 30, 50, 30; mean 30, deviation sqrt(200).
  private static final List<CreditRow> LEARNT =
      List.of(
          row(4, 10f, "fixed"), row(4, 30f, "others"), row(4, 50f, "partime"), row(4, null, null));

  private static CreditRow row(float seniority, Float income, String job) {
    Map<CreditColumn, Float> numbers = new EnumMap<>(ANY.numbers());
    numbers.put(CreditColumn.SENIORITY, seniority);
    numbers.remove(CreditColumn.INCOME);
    if (income != null) {
      numbers.put(CreditColumn.INCOME, income);
    }
    Map<CreditColumn, String> categories = new EnumMap<>(ANY.categories());
    categories.remove(CreditColumn.JOB);
    if (job != null) {
      categories.put(CreditColumn.JOB, job);
    }
    return new CreditRow(0, true, numbers, categories, 30, "");
  }

  @Test
  void aMissingNumberBecomesTheMedianAndIsMarked() throws TrainingFailed {
    Preparation preparation = Preparation.of(COLUMNS, LEARNT, true);

    Features features = Features.of(preparation, List.of(row(5, null, "freelance")));

    assertThat(preparation.features())
        .containsExactly(
            "Seniority",
            "Income",
            "Income is missing",
            "Job=fixed",
            "Job=freelance",
            "Job=partime",
            "Job=others");
    // A column that never varies is only centred.
    assertThat(features.values()).containsExactly(1, 0, 1, 0, 1, 0, 0);
  }

  @Test
  void aNumberIsScaledByWhatTheTrainingRowsHad() throws TrainingFailed {
    Preparation preparation = Preparation.of(COLUMNS, LEARNT, false);

    Features features = Features.of(preparation, List.of(row(4, 50f, "fixed")));

    assertThat(features.values()).containsExactly(0, (float) (20 / Math.sqrt(200)), 1, 0, 0, 0);
  }

  @Test
  void aMissingCategoryIsNoneOfThem() throws TrainingFailed {
    Preparation preparation = Preparation.of(COLUMNS, LEARNT, false);

    Features features = Features.of(preparation, List.of(row(4, 30f, null)));

    assertThat(features.values()).containsExactly(0, 0, 0, 0, 0, 0);
  }
}
