namespace BuildTime;

/// <summary>What the model says, how sure it is, and how many visual tokens a layer it looked at.</summary>
internal sealed class VqaAnswer
{
    public string PredictedAnswer { get; set; } = "";
    public float Score { get; set; }
    public float VisualTokens { get; set; }
}
