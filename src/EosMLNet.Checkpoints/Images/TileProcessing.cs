namespace EosMLNet.Checkpoints;

/// <summary>
/// A family's way of cutting images into tiles: what its class of transformers takes where a file omits it, and what it does.
/// </summary>
/// <param name="Name">The class's name, as <c>image_processor_type</c> has it.</param>
/// <param name="Side">The side of a tile in pixels where the file omits <c>size</c>.</param>
/// <param name="Pinpoints">The resolutions where the file omits <c>image_grid_pinpoints</c>.</param>
/// <param name="Crops">Whether the file may name a <c>crop_size</c>; it must then be that of a tile.</param>
/// <param name="SeesSeveralWhole">Whether each of several images of a prompt is one tile, in the middle of a square of the mean
/// colour.</param>
/// <param name="PublishedMeans">What published checkpoints have as mean and standard deviation, where it is not what the class takes; else
/// null.</param>
public sealed record TileProcessing(
    string Name, int Side, IReadOnlyList<ImageSize> Pinpoints, bool Crops = false, bool SeesSeveralWhole = false,
    string? PublishedMeans = null);
