package dev.understudy.collector.oracle;

import static java.util.Map.entry;

import java.util.Map;

/** Which method of a file is computed by what. */
final class OracleMethods {
  static final Map<String, OracleMethod> ALL =
      Map.ofEntries(
          entry("bettingGrid", SequentialMethods::bettingGrid),
          entry("cellBettingLogE", SequentialMethods::cellBettingLogE),
          entry("cellBettingBounds", SequentialMethods::cellBettingBounds),
          entry("boundedBettingLogE", SequentialMethods::boundedBettingLogE),
          entry("abContrast", SequentialMethods::abContrast),
          entry("eventShareNull", SequentialMethods::eventShareNull),
          entry("averageLogE", SequentialMethods::averageLogE),
          entry("watchRestartLogE", SequentialMethods::watchRestartLogE),
          entry("asympCsRho2", SequentialMethods::asympCsRho2),
          entry("asympCsTwoSided", SequentialMethods::asympCsTwoSided),
          entry("asympCsOneSided", SequentialMethods::asympCsOneSided),
          entry("asympCsLogE", SequentialMethods::asympCsLogE),
          entry("srmLogE", SequentialMethods::srmLogE),
          entry("dirichletMultinomialLogE", SequentialMethods::dirichletMultinomialLogE),
          entry("momentsMerge", EstimateMethods::momentsMerge),
          entry("clusterRatio", EstimateMethods::clusterRatio),
          entry("cuped", EstimateMethods::cuped),
          entry("welch", EstimateMethods::welch),
          entry("confusionCubeDiff", EstimateMethods::confusionCubeDiff),
          entry("regressionPaired", EstimateMethods::regressionPaired),
          entry("aucDeLongPaired", EstimateMethods::aucDeLongPaired),
          entry("aucBlocks", EstimateMethods::aucBlocks),
          entry("fixedHorizonN", EstimateMethods::fixedHorizonN),
          entry("verdict", VerdictMethod::verdict),
          entry("path_pairedBinary", PathMethods::pairedBinary),
          entry("path_srm", PathMethods::srm),
          entry("path_eventShare", PathMethods::eventShare),
          entry("path_acsWelch", PathMethods::acsWelch),
          entry("path_brierBet", PathMethods::brierBet));

  private OracleMethods() {}
}
