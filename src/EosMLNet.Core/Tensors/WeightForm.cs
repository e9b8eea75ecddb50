namespace EosMLNet.Tensors;

/// <summary>How a weight is kept.</summary>
internal enum WeightForm
{
    /// <summary>An ordinary tensor, part of one block of memory.</summary>
    Dense,

    /// <summary>In the loader's type, laid out by <see cref="OneDnn.TryPack"/>.</summary>
    Packed,

    /// <summary>In int8, laid out by <see cref="OneDnn.PackQuantized"/>, with a scale for each row.</summary>
    Int8,
}
