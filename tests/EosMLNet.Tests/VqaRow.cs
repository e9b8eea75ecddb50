using Microsoft.ML.Data;

namespace EosMLNet.Tests;

/// <summary>A row of a VQA file.</summary>
internal sealed class VqaRow
{
    [LoadColumn(0)]
    public string ImagePath { get; set; } = "";

    [LoadColumn(1)]
    public string Question { get; set; } = "";

    [LoadColumn(2)]
    public string Answer { get; set; } = "";

    [LoadColumn(3)]
    public string Family { get; set; } = "";
}
