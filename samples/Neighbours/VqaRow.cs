using Microsoft.ML.Data;

namespace Neighbours;

/// <summary>A row of the data: an image, a question about it, the answer, and the kind of question.</summary>
internal sealed class VqaRow
{
    [LoadColumn(0)] public string ImagePath { get; set; } = "";
    [LoadColumn(1)] public string Question { get; set; } = "";
    [LoadColumn(2)] public string Answer { get; set; } = "";
    [LoadColumn(3)] public string Family { get; set; } = "";
}
