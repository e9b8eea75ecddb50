namespace EosMLNet.Checkpoints;

/// <summary>An image. Its place in a prompt is one image token.</summary>
public sealed record ImagePart : PromptPart;
