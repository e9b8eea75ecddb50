namespace ScenesVqa.Scenes;

/// <summary>The outlines that differ clearly at 14 to 18 pixels.</summary>
public enum ShapeKind { Circle, Square, Triangle, Diamond, Cross, Ring }
