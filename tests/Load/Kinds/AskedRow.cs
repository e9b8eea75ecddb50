using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Load.Kinds;

/// <summary>A row that is asked.</summary>
internal sealed class AskedRow
{
    [ImageType(1, 1)]
    public MLImage? Image { get; set; }

    public string Question { get; set; } = "";
}
