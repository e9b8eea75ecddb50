using Microsoft.ML.Data;

namespace Demo;

/// <summary>A row of the data: which image, what is asked, what the answer is.</summary>
internal sealed class VqaRow
{
    [LoadColumn(0)] public string ImagePath { get; set; } = "";
    [LoadColumn(1)] public string Question { get; set; } = "";
    [LoadColumn(2)] public string Answer { get; set; } = "";
}
