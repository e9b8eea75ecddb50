using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>
/// Where a graph has the tables of <see cref="PatchTables"/> from: constants, where all images lie alike, else inputs that are filled for
/// the images of a run.
/// </summary>
internal interface ISiteTables
{
    /// <summary>A table, looked up: a number for each token.</summary>
    /// <param name="table">The table.</param>
    /// <param name="index">The numbers by which it knows the tokens, (G, n), int64.</param>
    /// <returns>(G, n), float32, or int64 for tables of places.</returns>
    Value LookUp(SiteTable table, Value index);

    /// <summary>Whether all images lie alike, whatever is asked: then the number of their tokens is known, too.</summary>
    bool AreFixed { get; }

    /// <summary>The tables of one image.</summary>
    /// <param name="image">The image's number, one number in a row, int64.</param>
    ISiteTables Of(Value image);
}
