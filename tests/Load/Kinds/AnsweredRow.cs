namespace Load.Kinds;

/// <summary>A row that is answered.</summary>
internal sealed class AnsweredRow
{
    public string PredictedAnswer { get; set; } = "";
}
