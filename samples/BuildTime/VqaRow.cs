namespace BuildTime;

/// <summary>An image and what is asked about it.</summary>
internal sealed class VqaRow
{
    public string ImagePath { get; set; } = "";
    public string Question { get; set; } = "";
}
