namespace EosMLNet.Plans;

/// <summary>How the patches of one image lie: <see cref="Rows"/> × <see cref="Columns"/>, numbered row by row from the top left.</summary>
/// <param name="Rows">Patches from top to bottom.</param>
/// <param name="Columns">Patches from left to right.</param>
public readonly record struct VisualGrid(int Rows, int Columns);
