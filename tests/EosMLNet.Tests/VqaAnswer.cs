namespace EosMLNet.Tests;

/// <summary>What the transformer adds to a row.</summary>
internal sealed class VqaAnswer
{
    public string PredictedAnswer { get; set; } = "";

    public float Score { get; set; }

    public float VisualTokens { get; set; }
}
