namespace BuildTime;

/// <summary>A picture and what is asked about it.</summary>
internal sealed class VqaRow
{
    public string ImagePath { get; set; } = "";
    public string Question { get; set; } = "";
}
