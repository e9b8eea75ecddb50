namespace EosMLNet;

/// <summary>What the model says about one row.</summary>
/// <param name="Text">The answer; empty where image or question is missing.</param>
/// <param name="Score">The mean probability of the answer's tokens; NaN where image or question is missing.</param>
internal readonly record struct Answer(string Text, float Score)
{
    public static readonly Answer Missing = new("", float.NaN);
}
