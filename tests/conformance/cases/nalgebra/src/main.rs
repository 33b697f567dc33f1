//! Equations and values of matrices.

use nalgebra::{DMatrix, DVector, Matrix3, Rotation3, SymmetricEigen, Vector3};

fn main() {
    let size = 60;
    let matrix = DMatrix::from_fn(size, size, |row, column| 1.0 / (1.0 + row.abs_diff(column) as f64));
    let wanted = DVector::from_fn(size, |row, _| (row as f64).sin());
    let found = matrix.clone().lu().solve(&(&matrix * &wanted)).unwrap();
    assert!((found - &wanted).norm() < 1e-9);
    let parts = SymmetricEigen::new(matrix.clone());
    assert!((parts.recompose() - &matrix).norm() < 1e-9);
    let svd = matrix.clone().svd(true, true);
    assert!((svd.recompose().unwrap() - &matrix).norm() < 1e-9);

    let turn = Rotation3::from_axis_angle(&Vector3::z_axis(), std::f64::consts::FRAC_PI_2);
    assert!((turn * Vector3::x() - Vector3::y()).norm() < 1e-12);
    assert!(Matrix3::<f64>::zeros().try_inverse().is_none());
    println!("ok");
}
