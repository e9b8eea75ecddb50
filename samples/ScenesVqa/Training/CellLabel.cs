namespace ScenesVqa.Training;

/// <summary>Something that a cell of an image can tell: one of so many classes.</summary>
/// <param name="Name">What log lines call it.</param>
/// <param name="Classes">How many values it takes, from 0.</param>
/// <param name="Weight">What its cross-entropy counts.</param>
/// <param name="IsPlace">Whether it is a column or a row, which a tower may be unable to know.</param>
internal sealed record CellLabel(string Name, int Classes, double Weight, bool IsPlace = false);
