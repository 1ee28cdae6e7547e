-- Before its tests a rollout may measure the current version. What it is measured for stands in the
-- definition of that first test; the others are written, frozen, when the figures are there.
alter table rollout drop constraint rollout_state_check;
alter table rollout add constraint rollout_state_check check (state in (
  'PREPARING_CALIBRATION', 'CALIBRATING', 'CALIBRATED',
  'PREPARING_SHADOW', 'SHADOW', 'PREPARING_SPLIT', 'SPLIT', 'WIDENING', 'PREPARING_PROMOTION',
  'WATCHING', 'PROMOTED', 'ROLLED_BACK', 'STOPPED'));

drop index one_live_rollout;
create unique index one_live_rollout on rollout (model_id) where state in (
  'PREPARING_CALIBRATION', 'CALIBRATING', 'CALIBRATED',
  'PREPARING_SHADOW', 'SHADOW', 'PREPARING_SPLIT', 'SPLIT', 'WIDENING', 'PREPARING_PROMOTION');

alter table rollout_test drop constraint rollout_test_stage_check;
alter table rollout_test add constraint rollout_test_stage_check check (stage in (
  'CALIBRATION', 'SHADOW', 'SPLIT', 'WATCH'));
