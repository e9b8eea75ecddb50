namespace EosMLNet.Checkpoints;

/// <summary>A video. Its place in a prompt is one video token, or one a step where the model reads the time of each step.</summary>
/// <param name="StepSeconds">When each step is, in seconds from the start: of the frames that the model sees as one, the mean.</param>
public sealed record VideoPart(IReadOnlyList<double> StepSeconds) : PromptPart;
