namespace Neighbours;

/// <summary>A row's image and question, and what each of the three stages says of them.</summary>
internal sealed class VqaAnswer
{
    public string ImagePath { get; set; } = "";
    public string Question { get; set; } = "";
    public string PredictedAnswer { get; set; } = "";
    public string PredictedFamily { get; set; } = "";
    public float[] Colour { get; set; } = [];
}
