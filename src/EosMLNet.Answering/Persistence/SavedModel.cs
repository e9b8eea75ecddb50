namespace EosMLNet;

/// <summary>What a saved transformer is made of again.</summary>
/// <param name="Plan">The plan that the model runs under.</param>
/// <param name="Settings">How it answers.</param>
/// <param name="Checkpoint">The model's folder; the reader's to dispose.</param>
/// <param name="Fingerprint">The model's, which the folder's must equal.</param>
/// <param name="Report">What the search reported, as JSON; null where no search made the plan, or nobody kept it.</param>
internal sealed record SavedModel(
    ReductionPlan Plan, AnswerSettings Settings, CheckpointFolder Checkpoint, string Fingerprint, string? Report);
